-- What wrk sends, and when: 20 connections that each rest for 20 ms on average send 1,000 requests a second.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"model":"gpt2","prompt":"The quick brown fox","max_tokens":16}'

function delay()
  return math.random(1, 39)
end
