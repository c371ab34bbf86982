-- People who wait, for wrk: everybody asks for the one object of the waiting room.
-- Arguments: the path, and what the browser has already (an ETag), or nothing.
function init(arguments)
  local headers = {}
  if arguments[2] ~= "" then headers["if-none-match"] = arguments[2] end
  asked = wrk.format("GET", arguments[1], headers)
end

function request() return asked end

-- One line of JSON, as of onsale.lua, with the bytes that came.
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format('\n{"requests":%d,"duration_us":%d,"bytes":%d,"p50_us":%d,"p99_us":%d,"p999_us":%d,"max_us":%d,"connect":%d,"read":%d,"write":%d,"timeout":%d,"status":%d}\n',
    summary.requests, summary.duration, summary.bytes, latency:percentile(50), latency:percentile(99), latency:percentile(99.9), latency.max,
    e.connect, e.read, e.write, e.timeout, e.status))
end
