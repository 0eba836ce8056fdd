-- What wrk sends, and one line of figures at the end:
--   requests  microseconds  p50  p99  (both in microseconds)  answers above 399  failed connections
--
--   wrk … -s load.lua URL -- paths FILE   a random line of FILE as the path of each request
--   wrk … -s load.lua URL -- create       POST of a link
--   wrk … -s load.lua URL -- same         the URL, again and again

local requests = {}

function init(arguments)
  if arguments[1] == "create" then
    wrk.method = "POST"
    wrk.headers["Content-Type"] = "application/json"
    wrk.body = '{"url":"https://example.com/products/spring/landing-page?ref=newsletter"}'
  elseif arguments[1] == "paths" then
    for path in io.lines(arguments[2]) do requests[#requests + 1] = wrk.format(nil, path) end
  end
  if #requests == 0 then requests[1] = wrk.format() end
end

function request() return requests[math.random(#requests)] end

function done(summary, latency)
  local errors = summary.errors
  print(string.format("figures %d %d %d %d %d %d", summary.requests, summary.duration, latency:percentile(50),
    latency:percentile(99), errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
