namespace ElasticSynapse.Serving.Hosting.Requests;

/// <summary>Turns UTF-16 offsets of a text into code-point offsets, which is what Python and Rust clients count in. Goes on
/// from the last offset, so a text's tokens in order cost one pass.</summary>
public struct CodePointOffset(string text)
{
    private int _utf16;
    private int _codePoints;

    public int Of(int utf16)
    {
        for (; _utf16 < utf16; _utf16++)
        {
            // Every code point has one unit that is no low surrogate.
            _codePoints += char.IsLowSurrogate(text[_utf16]) ? 0 : 1;
        }
        for (; _utf16 > utf16; _utf16--)
        {
            _codePoints -= char.IsLowSurrogate(text[_utf16 - 1]) ? 0 : 1;
        }
        return _codePoints;
    }
}
