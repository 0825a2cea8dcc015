-- coroutine.close runs closing handlers from C, where resume and its hook are not on the way.
-- expect: review rule_timeout
rule "attack" {
  pre_check = function()
    local co = coroutine.create(function()
      local x <close> = setmetatable({}, { __close = function() while true do end end })
      coroutine.yield()
    end)
    coroutine.resume(co)
    coroutine.close(co)
    return allow "escaped"
  end,
}
