-- What wrk asks: GET of a random line of the file BENCH_PATHS; with BENCH_EACH=1 of each line in turn, over and over; or,
-- with BENCH_POST, POST of one event nobody has sent before to its only line, about contacts 1..2000, at the time that
-- it is. A connection pauses for BENCH_PAUSE_MS after each answer. The last line of output is the result as JSON.
-- A GET is spelled once, before the load begins: client and server share the processors.
local paths, headers, gets = {}, {}, {}
local thread_count = 0
local sent = 0
local posts = os.getenv("BENCH_POST") ~= ""
local each, threads = os.getenv("BENCH_EACH") == "1", tonumber(os.getenv("BENCH_THREADS"))
local last_second, in_second, to_second = 0, 0, ""

function setup(thread)
  thread_count = thread_count + 1
  thread:set("number", thread_count)
end

function init()
  for line in io.lines(os.getenv("BENCH_PATHS")) do paths[#paths + 1] = line end
  math.randomseed(number)
  if os.getenv("BENCH_KEY") ~= "" then headers["Authorization"] = "Bearer " .. os.getenv("BENCH_KEY") end
  if posts then headers["Content-Type"] = "application/cloudevents+json" end
  for at, path in ipairs(paths) do gets[at] = wrk.format("GET", path, headers) end
  at = number
  run_id = os.getenv("BENCH_POST") .. "-" .. os.time()
end

local pause_ms = tonumber(os.getenv("BENCH_PAUSE_MS"))
if pause_ms > 0 then
  function delay() return pause_ms end
end

function request()
  if not posts then
    if not each then return gets[math.random(#gets)] end
    at = (at + threads - 1) % #gets + 1
    return gets[at]
  end
  sent = sent + 1
  local second = os.time()
  if second ~= last_second then
    last_second, in_second, to_second = second, 0, os.date("!%Y-%m-%dT%H:%M:%S", second)
  end
  in_second = in_second + 1
  local id = string.format("%s-%d-%d", run_id, number, sent)
  local body = string.format(
    '{"specversion":"1.0","id":"%s","source":"channel/web","type":"visit.started","subject":"contact/%d",' ..
    '"time":"%s.%03dZ","data":{"visitId":"%s","url":"https://shop.example/pricing",' ..
    '"userAgent":"Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"}}',
    id, math.random(2000), to_second, math.min(in_second / 50, 999), id)
  return wrk.format("POST", paths[1], headers, body)
end

function done(summary, latency, requests)
  local failed = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout
  io.write(string.format('\n{"rps":%.1f,"p50_ms":%.3f,"p99_ms":%.3f,"failed":%d}\n',
    summary.requests / (summary.duration / 1e6), latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, failed))
end
