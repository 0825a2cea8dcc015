-- Messages name values by type, and by a __name; not by address.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local t = {}
    for _, f in ipairs {
      function() return t + 1 end, function() return t.x.y end, function() return #print end,
      function() return t < t end, function() error(t) end, function() t() end,
    } do
      local _, problem = pcall(f)
      if type(problem) == "string" and problem:find "0x%x%x%x%x%x%x%x%x" then return end
    end
    return deny "survived"
  end,
}
