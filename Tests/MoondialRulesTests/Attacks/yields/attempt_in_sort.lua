-- Nor a sort comparator, in whichever coroutine.
-- expect: deny survived
rule "attack" {
  pre_check = function(req)
    coroutine.wrap(function()
      local ok, problem = pcall(table.sort, { 2, 1 }, function()
        return moondial.attempt("mobile", req.phone, "other").code == 9000
      end)
      if ok or not problem:find "cannot wait inside a table.sort comparator" then error "sent" end
    end)()
    return deny "survived"
  end,
}
