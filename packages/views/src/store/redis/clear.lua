-- Deletes every key that matches ARGV[1] in one step, so that nobody reads or writes half of the views meanwhile. The new
-- stream of changes, KEYS[1], starts with a mark, from which watchers learn it.
local cursor = '0'
repeat
  local found = redis.call('SCAN', cursor, 'MATCH', ARGV[1], 'COUNT', 1000)
  cursor = found[1]
  if #found[2] > 0 then
    redis.call('UNLINK', unpack(found[2]))
  end
until cursor == '0'
redis.call('XADD', KEYS[1], '*', 'emptied', '1')
