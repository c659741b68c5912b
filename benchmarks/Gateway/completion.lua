-- What wrk sends; each connection rests in between, for as many milliseconds on average as wrk is told behind the address.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"model":"gpt2","prompt":"The quick brown fox","max_tokens":16}'

function init(arguments)
  local pause = tonumber(arguments[1])
  if pause then
    delay = function() return math.random(1, 2 * pause - 1) end
  end
end
