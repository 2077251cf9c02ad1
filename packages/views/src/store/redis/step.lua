-- One step on the views, whole or not at all. Replies nil when a guard fails, else a list of the replies of those operations
-- that have one. ARGV has one argument, a MessagePack list of texts: the number of guards, each guard's key, field and what
-- it must hold ('' for absent, else '=' and the value), each operation's name, its key, which for `tell` is the stream of
-- changes, and its arguments; a list of arguments stands behind its length.
local texts = cmsgpack.unpack(ARGV[1])
local CHUNK = 4000 -- One call takes less than 8,000 arguments. Even, so that a field stays with its value.
local at = 0

local function take()
  at = at + 1
  return texts[at]
end

local function take_list(call, command, key)
  local left = tonumber(take())
  while left > 0 do
    local size = math.min(left, CHUNK)
    call(command, key, unpack(texts, at + 1, at + size))
    at = at + size
    left = left - size
  end
end

local run = {}

function run.getAll(key)
  return redis.call('HGETALL', key)
end

function run.get(key)
  local values = {}
  take_list(function(...)
    for _, value in ipairs(redis.call(...)) do
      values[#values + 1] = value
    end
  end, 'HMGET', key)
  return values
end

function run.range(key)
  return redis.call('LRANGE', key, take(), take())
end

function run.set(key)
  take_list(redis.call, 'HSET', key)
end

function run.unset(key)
  take_list(redis.call, 'HDEL', key)
end

function run.add(key)
  local field = take()
  redis.call('HINCRBY', key, field, take())
  return redis.call('HGET', key, field) -- A Lua number would lose digits.
end

function run.push(key)
  local keep = take()
  take_list(redis.call, 'RPUSH', key)
  if keep ~= '' then
    redis.call('LTRIM', key, '-' .. keep, -1)
  end
end

run['delete'] = function(key)
  redis.call('UNLINK', key)
end

-- An entry's id is its time and a number that rises by one from the stream's first entry on, so that a watcher sees
-- from the ids alone whether it missed something, whether trimmed, lost in a crash or flushed. A new stream begins with
-- the microseconds: flushed and begun again within one millisecond, it must not come to an id that a watcher has seen.
function run.tell(key)
  local now = redis.call('TIME')
  local time, number = now[1] * 1000 + math.floor(now[2] / 1000), tonumber(now[2])
  local newest = redis.call('XREVRANGE', key, '+', '-', 'COUNT', 1)[1]
  if newest then
    local before, count = string.match(newest[1], '(%d+)-(%d+)')
    time, number = math.max(time, tonumber(before)), count + 1
  end
  redis.call('XADD', key, 'MAXLEN', '~', take(), string.format('%.0f-%.0f', time, number), 'change', take())
end

for _ = 1, tonumber(take()) do
  local found = redis.call('HGET', take(), take())
  if (found and '=' .. found or '') ~= take() then
    return false
  end
end

local replies, last = {}, #texts
while at < last do
  replies[#replies + 1] = run[take()](take())
end
return replies
