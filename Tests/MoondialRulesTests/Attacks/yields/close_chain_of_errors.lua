-- The same where the wrappers close what has failed, without coroutine.close.
-- expect: deny survived
-- budget: coroutines=40000 memory=512MiB vm=1GiB hook=10s run=10s
rule "attack" {
  pre_check = function()
    local last = function() end
    for _ = 1, 3000 do
      local previous = last
      last = coroutine.wrap(function()
        local x <close> = setmetatable({}, { __close = function() pcall(previous) end })
        error "close me"
      end)
    end
    pcall(last)
    return deny "survived"
  end,
}
