-- What wrk asks: GET of a random line of the file BENCH_PATHS, or, with BENCH_POST, POST of one event nobody has sent
-- before to its only line, about contacts 1..2000. A connection pauses for BENCH_PAUSE_MS after each answer. The last
-- line of output is the result as JSON.
local paths, headers = {}, {}
local thread_count = 0
local sent = 0

function setup(thread)
  thread_count = thread_count + 1
  thread:set("number", thread_count)
end

function init()
  math.randomseed(number)
  for line in io.lines(os.getenv("BENCH_PATHS")) do paths[#paths + 1] = line end
  if os.getenv("BENCH_KEY") ~= "" then headers["Authorization"] = "Bearer " .. os.getenv("BENCH_KEY") end
  if os.getenv("BENCH_POST") ~= "" then headers["Content-Type"] = "application/cloudevents+json" end
  run_id = os.getenv("BENCH_POST") .. "-" .. os.time()
end

local pause_ms = tonumber(os.getenv("BENCH_PAUSE_MS"))
if pause_ms > 0 then
  function delay() return pause_ms end
end

function request()
  if os.getenv("BENCH_POST") == "" then return wrk.format("GET", paths[math.random(#paths)], headers) end
  sent = sent + 1
  local contact = math.random(2000)
  local body = string.format(
    '{"specversion":"1.0","id":"%s-%d-%d","source":"channel/web","type":"visit.started","subject":"contact/%d",' ..
    '"time":"2025-06-01T%02d:%02d:%02d.%03dZ","data":{"visitId":"w%d-%d","url":"https://shop.example/pricing",' ..
    '"userAgent":"Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"}}',
    run_id, number, sent, contact, math.floor(sent / 3600000) % 24, math.floor(sent / 60000) % 60,
    math.floor(sent / 1000) % 60, sent % 1000, number, sent)
  return wrk.format("POST", paths[1], headers, body)
end

function done(summary, latency, requests)
  local failed = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout
  io.write(string.format('\n{"rps":%.1f,"p50_ms":%.3f,"p99_ms":%.3f,"failed":%d}\n',
    summary.requests / (summary.duration / 1e6), latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, failed))
end
