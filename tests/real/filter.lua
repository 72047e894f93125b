function Str(text)
    local caught, message = pcall(error, { text = "inside" })
    local nested = select(2, pcall(function()
        local _, inner = pcall(error, "one")
        error(inner .. " two", 0)
    end))
    return pandoc.Str(string.format("%s:%s:%s:%s", text.text, caught, message.text, nested))
end
