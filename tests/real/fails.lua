function Str() error("out of the filter") end
