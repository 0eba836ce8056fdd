-- What wrk sends, and one line of figures at the end:
--   requests  microseconds  p50  p99  (both in microseconds)  answers above 399  failed connections
--
--   wrk … -s load.lua URL -- paths FILE   a random line of FILE as the path of each request
--   wrk … -s load.lua URL -- create [MS]  POST of a link, with a pause behind it
--   wrk … -s load.lua URL -- idempotent   POST of a link, each with an Idempotency-Key of its own
--   wrk … -s load.lua URL -- bulk COUNT   POST of so many links
--   wrk … -s load.lua URL -- slow MS      the URL, again and again, after a pause
--   wrk … -s load.lua URL -- same         the URL, again and again

local requests = {}
local link = '{"url":"https://example.com/products/spring/landing-page?ref=newsletter"}'
local keyed, pause = false, 0
local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

local function post(body)
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
  wrk.body = body
end

function init(arguments)
  math.randomseed(os.time() * 64 + number)
  if arguments[1] == "create" then
    post(link)
    pause = tonumber(arguments[2] or 0)
  elseif arguments[1] == "idempotent" then
    post(link)
    keyed = true
  elseif arguments[1] == "bulk" then
    post('{"links":[' .. string.rep(link, tonumber(arguments[2]), ",") .. "]}")
  elseif arguments[1] == "slow" then
    pause = tonumber(arguments[2])
  elseif arguments[1] == "paths" then
    for path in io.lines(arguments[2]) do requests[#requests + 1] = wrk.format(nil, path) end
  end
  if #requests == 0 then requests[1] = wrk.format() end
end

function request()
  if keyed then
    wrk.headers["Idempotency-Key"] = string.format("%d-%d-%d", number, math.random(2^31 - 1), math.random(2^31 - 1))
    return wrk.format()
  end
  return requests[math.random(#requests)]
end

function delay() return pause end

function done(summary, latency)
  local errors = summary.errors
  print(string.format("figures %d %d %d %d %d %d", summary.requests, summary.duration, latency:percentile(50),
    latency:percentile(99), errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
