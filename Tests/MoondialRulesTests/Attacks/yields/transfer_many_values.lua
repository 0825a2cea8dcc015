-- Passes 500,000 values into and out of a coroutine, more than its stack wants to hold.
-- expect: deny survived
-- budget: hook=5s run=5s memory=1GiB vm=1GiB
rule "attack" {
  pre_check = function()
    local co = coroutine.wrap(function(...) return select("#", coroutine.yield(...)) end)
    pcall(function()
      co(table.unpack({}, 1, 500000))
      co(table.unpack({}, 1, 500000))
    end)
    return deny "survived"
  end,
}
