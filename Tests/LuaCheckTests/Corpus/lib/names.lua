-- A module: undefined globals are nil, and are asked for.
local unpack = unpack or table.unpack
if jit then jit.off() end
local pow = math.pow or function(a, b) return a ^ b end
leak = 1
-- <- global-assignment: cannot assign the global 'leak': rules keep their values in locals
print(undefned_name.field, unpack, pow)
--    ^ undefined-global: undefined global 'undefned_name'
return { rule = function(rule) return rule end }
