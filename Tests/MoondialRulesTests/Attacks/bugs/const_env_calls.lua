-- The same with calls, fields and a nil, compiled many times over at run time.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    for _, value in ipairs { "11", "nil", "'x'", "true", "2.5" } do
      for i = 1, 50 do
        local chunk = load("local _ENV <const> = " .. value .. " " .. ("X = Y(Z.a, W) "):rep(i))
        if chunk then pcall(chunk) end
      end
    end
    return deny "survived"
  end,
}
