-- Orders at another shop's order API, for wrk: the same paid order again and again.
-- Arguments: the file of the order's JSON, and the file of the header `Authorization`.
function init(arguments)
  local order, authorization = io.open(arguments[1]):read("*a"), io.open(arguments[2]):read("*a")
  local headers = { ["authorization"] = authorization, ["content-type"] = "application/json" }
  asked = wrk.format("POST", nil, headers, order)
end

function request() return asked end

-- One line of JSON, as of onsale.lua.
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format('\n{"requests":%d,"duration_us":%d,"p50_us":%d,"p99_us":%d,"p999_us":%d,"max_us":%d,"connect":%d,"read":%d,"write":%d,"timeout":%d,"status":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), latency:percentile(99.9), latency.max,
    e.connect, e.read, e.write, e.timeout, e.status))
end
