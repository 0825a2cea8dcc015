-- The reader never says that the text has ended; each piece is a comment.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local chunk = load(function() return "-- more\n" end)
    return not chunk and deny "survived"
  end,
}
