-- Children fail deep down in functions with long names, so that each report of an error is work for the host.
-- expect: review rule_timeout
local long = ("\xff"):rep(56)
local lines = {}
for i = 1, 90 do
  local body = i == 1 and "error(('\\xff'):rep(8000), 0)" or "f" .. (i - 1) .. "()"
  lines[i] = "local function f" .. i .. "() return (" .. body .. ") end"
end
local fail = load(table.concat(lines, "\n") .. "\nreturn f90", "=" .. long)()
rule "attack" {
  pre_check = function()
    while true do
      for _ = 1, 20 do pcall(moondial.all, { fail }) end
      collectgarbage()
    end
  end,
}
