-- The same at the top of the file, where the host closes nothing of its own.
-- expect: load rule_error
-- message: attack
local closing = setmetatable({}, { __close = function() end })
for k in next, { 1 }, nil, closing do
  local function f() return k end
  break
end
error("attack", 0)
