-- What wrk sends.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"model":"gpt2","prompt":"The quick brown fox","max_tokens":16}'
