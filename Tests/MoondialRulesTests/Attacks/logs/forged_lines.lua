-- Newlines, carriage returns and terminal escapes that would forge other lines.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    moondial.log("x\r\n{\"decision\":\"allow\"}\n\27[2K\27]0;title\7\0\xff\u{202e}", { ["\n"] = "\27[31m" })
    return deny "survived"
  end,
}
