-- Requests the paths of a file in turn, or for writes the paths made from a pattern. Prints one line of JSON.
--   wrk … -s wrk.lua URL -- get PATHS_FILE
--   wrk … -s wrk.lua URL -- ranges PATH MEBIBYTES
--   wrk … -s wrk.lua URL -- player FILE            lines of METHOD PATH TOKEN; the token goes into a header
--   wrk … -s wrk.lua URL -- post TOKENS_FILE FIRST PATTERN SUBJECTS undo|do
-- In a pattern {n} is the number of the request, {a} the action 1 or 2, and {s} the subject, from 1 to SUBJECTS. With
-- `undo` each action 1 is undone by action 2 of the same user and subject, `behind` actions later.
local lines, formatted, n, method, pattern = {}, {}, 0, "GET", ""
local subjects, behind, undo = 1, 100, false

function init(args)
  if args[1] == "ranges" then
    for i = 1, tonumber(args[3]) do
      local range = string.format("bytes=%d-%d", (i - 1) * 1048576, i * 1048576 - 1)
      formatted[i] = wrk.format("GET", args[2], { Range = range })
    end
    n = math.random(#formatted)
    return
  end
  if args[1] == "player" then
    for line in io.lines(args[2]) do
      local verb, path, token = line:match("(%S+) (%S+) (%S+)")
      formatted[#formatted + 1] = wrk.format(verb, path, { Authorization = "Bearer " .. token })
    end
    n = math.random(#formatted)
    return
  end
  for line in io.lines(args[2]) do lines[#lines + 1] = line end
  if args[1] == "post" then
    method, n, pattern = "POST", tonumber(args[3]), args[4]
    subjects, undo = tonumber(args[5]), args[6] == "undo"
  end
  if method == "GET" then
    for i, line in ipairs(lines) do formatted[i] = wrk.format("GET", line) end
    n = math.random(#lines)
  end
end

function request()
  n = n + 1
  if method == "GET" then return formatted[n % #formatted + 1] end
  local k, action = n, 1
  if undo then
    k = math.floor(n / 2)
    if n % 2 == 1 then k, action = k - behind, 2 end
  end
  local subject = (k * 7919 + math.floor(k / #lines)) % subjects + 1
  local path = pattern:gsub("{n}", n):gsub("{a}", action):gsub("{s}", subject)
  return wrk.format(method, path .. "&token=" .. lines[k % #lines + 1])
end

function done(summary, latency, requests)
  local e = summary.errors
  local at = function(p) return string.format("%.3f", latency:percentile(p) / 1000) end
  print(string.format(
    'JSON {"requests":%d,"seconds":%f,"bytes":%.0f,"p50":%s,"p95":%s,"p99":%s,"max":%.3f,"status":%d,"broken":%d}',
    summary.requests, summary.duration / 1e6, summary.bytes, at(50), at(95), at(99), latency.max / 1000,
    e.status, e.connect + e.read + e.write + e.timeout))
end
