-- Zero bytes end strings in C, but not here; control characters and the limits of UTF-8.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    return deny("survived", { ["a\0b"] = "c\0d", [""] = "\u{10FFFF}\u{FFFE}\u{7f}\27[2J" })
  end,
}
