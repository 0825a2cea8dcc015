-- next and pairs look behind read-only tables: what they give must not be the table behind. A script's arg is its own.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    for name, value in pairs(_G) do
      if name ~= "arg" and type(value) == "table" and pcall(rawset, value, "leak", 1) then return end
      if name == "leak" then return end
    end
    for _, library in next, { string, table, math, utf8, os, coroutine, moondial, moondial.json, moondial.config } do
      if pcall(rawset, library, "leak", 1) or getmetatable(library) then return end
    end
    return deny "survived"
  end,
}
