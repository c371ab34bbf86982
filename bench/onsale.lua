-- Buyers at an on-sale, for wrk: each request is somebody's wish, with a pass and a key of their own.
-- Arguments: the file of wishes (a pass, a tab and a body without its key, one a line), the path to ask, the share of resubmissions in percent,
-- what keys begin with, and for how many seconds everybody only connects before the first asks.
local ffi = require("ffi")
ffi.cdef("typedef struct { long s, ns; } moment; int clock_gettime(int clock, moment *out);")
local threads, moment = 0, ffi.new("moment")

local function now()
  ffi.C.clock_gettime(1, moment)
  return tonumber(moment.s) + tonumber(moment.ns) / 1e9
end

function setup(thread)
  thread:set("number", threads)
  first, threads = first or thread, threads + 1
end

function init(arguments)
  local wishes, path, again = arguments[1], arguments[2], tonumber(arguments[3])
  passes, bodies, count, sent, resubmitted, last = {}, {}, 0, 0, again, nil
  for line in io.lines(wishes) do
    local tab = line:find("\t", 1, true)
    count = count + 1
    passes[count], bodies[count] = line:sub(1, tab - 1), line:sub(tab + 1)
  end
  target, prefix = path, arguments[4]
  math.randomseed(1000 + number)
  began, opens = 0, now() + tonumber(arguments[5])
  if opens > now() then
    function delay() return math.max(0, math.ceil(1000 * (opens - now()))) end
  end
  place = math.floor(count / 2) * number
end

function request()
  if began == 0 and now() >= opens then began = now() end
  if last and math.random(100) <= resubmitted then return last end
  place = place % count + 1
  sent = sent + 1
  local headers = { ["x-gate-pass"] = passes[place], ["content-type"] = "application/json" }
  last = wrk.format("POST", target, headers, '{"key":"' .. prefix .. number .. "-" .. sent .. '",' .. bodies[place])
  return last
end

-- One line of JSON, read by bench/onsale.py.
function done(summary, latency, requests)
  local e, spent = summary.errors, 1e6 * (now() - first:get("began"))
  io.write(string.format('\n{"requests":%d,"duration_us":%d,"p50_us":%d,"p99_us":%d,"p999_us":%d,"max_us":%d,"connect":%d,"read":%d,"write":%d,"timeout":%d,"status":%d}\n',
    summary.requests, spent, latency:percentile(50), latency:percentile(99), latency:percentile(99.9), latency.max,
    e.connect, e.read, e.write, e.timeout, e.status))
end
