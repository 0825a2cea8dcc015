-- What wrk sends to a gateway: verify requests, each with a token of its own.
local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init()
  math.randomseed(os.time() + number)
  run = math.random(1e9)
  count = 0
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
  wrk.headers["Authorization"] = "Basic N2Q0MzFlNDJkZmE2YTZkNjkzYWMyZDA0OjVlOTg3YWM2ZDJlMDRkOTVhOWQ4ZjBkMQ=="
end

function request()
  count = count + 1
  local token = string.format("STsid%09d%02d%012d", run, number, count)
  return wrk.format(nil, nil, nil, '{"token":"' .. token .. '","phone":"13800138000","exID":"order-000001"}')
end

-- The result as "name value" lines.
function done(summary, latency)
  local failed = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status
    + summary.errors.timeout
  print(string.format("wrk-requests %d", summary.requests))
  print(string.format("wrk-rate %f", summary.requests / summary.duration * 1e6))
  print(string.format("wrk-p50 %f", latency:percentile(50)))
  print(string.format("wrk-p99 %f", latency:percentile(99)))
  print(string.format("wrk-failed %d", failed))
end
