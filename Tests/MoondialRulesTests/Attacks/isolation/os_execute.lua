-- os.execute runs any program, os.exit ends the host, os.getenv reads its secrets.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    for _, name in ipairs { "execute", "exit", "getenv", "remove", "rename", "tmpname", "setlocale" } do
      if os[name] then return end
    end
    return deny "survived"
  end,
}
