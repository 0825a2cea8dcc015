-- The value is left open and the block is left; then another variable is to be closed below it on the stack, which the
-- interpreter takes for a distance of four thousand million.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local closing = setmetatable({}, { __close = function() end })
    pcall(function()
      do
        local a, b, c, d, e, f, g, h
        for k in next, { 1 }, nil, closing do
          local function f() return k end
          break
        end
      end
      local x <close> = closing
    end)
    return deny "survived"
  end,
}
