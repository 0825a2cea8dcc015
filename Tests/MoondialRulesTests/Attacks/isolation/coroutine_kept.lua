-- A coroutine of one run is resumed by the next: it must not act on behalf of the run that has ended.
-- expect: deny survived
-- runs: 3
local kept
rule "attack" {
  pre_check = function(req)
    if not kept then
      kept = coroutine.create(function(token)
        while true do token = coroutine.yield(pcall(moondial.attempt, "mobile", "13800138000", token)) end
      end)
    end
    coroutine.resume(kept, "STsid-other")
    return deny "survived"
  end,
}
