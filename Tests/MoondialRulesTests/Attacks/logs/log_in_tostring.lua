-- print is putting a line together when __tostring logs another one.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local depth = 0
    local t
    t = setmetatable({}, { __tostring = function()
      depth = depth + 1
      moondial.log("inside " .. depth)
      if depth < 100 then print(t, t) end
      return "t"
    end })
    pcall(print, t, t)
    return deny "survived"
  end,
}
