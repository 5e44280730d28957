using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Cierre.Deflate;

/// <summary>One parameter of an extension. The value is unescaped, and null where the parameter has none.</summary>
internal readonly record struct ExtensionParameter(string Name, string? Value)
{
    public override string ToString() => Value is null ? Name : $"{Name}={Value}";
}

/// <summary>One element of a Sec-WebSocket-Extensions list: what a client offers, or what a server accepted.</summary>
internal readonly record struct ExtensionOffer(string Name, IReadOnlyList<ExtensionParameter> Parameters);

/// <summary>Where a list breaks its grammar. Line and character count from 1; the value is that line as it came.</summary>
internal readonly record struct ExtensionListFault(int Line, int Character, string Value, string Expected)
{
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"line {Line}, character {Character}: {Expected} was expected");
}

/// <summary>
/// RFC 6455 9.1: the grammar of Sec-WebSocket-Extensions. The list rules of HTTP apply: a list may be split over header
/// lines, empty elements count for nothing (RFC 9110 5.6.1.2), and white space may surround every separator, "=" included,
/// since RFC 6455 2.1 takes its grammar, with the implied white space, from RFC 2616.
/// </summary>
internal static class ExtensionList
{
    /// <summary>Reads the values of the header, one a header line. No line at all is a list without extensions.</summary>
    public static bool TryParse(
        IEnumerable<string> headerValues,
        out IReadOnlyList<ExtensionOffer> offers,
        [NotNullWhen(false)] out string? error)
    {
        var fault = Parse(headerValues, out offers);
        error = fault?.ToString();
        return fault is null;
    }

    /// <summary>Reads as <see cref="TryParse"/> does, and returns the fault in parts, for sentences in other languages.</summary>
    public static ExtensionListFault? Parse(IEnumerable<string> headerValues, out IReadOnlyList<ExtensionOffer> offers)
    {
        var read = new List<ExtensionOffer>();
        var line = 0;
        var last = "";
        foreach (var value in headerValues)
        {
            line++;
            last = value;
            var reader = new Reader(value);
            if (!reader.ReadLine(read))
            {
                offers = [];
                return new ExtensionListFault(line, reader.Position + 1, value, reader.Expected);
            }
        }

        if (line > 0 && read.Count == 0)
        {
            // 1#extension: a header that is there names at least one.
            offers = [];
            return new ExtensionListFault(line, last.Length + 1, last, Reader.ExtensionName);
        }

        offers = read;
        return null;
    }

    /// <summary>Writes a list as one header value. Every value is a token, so nothing needs quotes.</summary>
    public static string Format(IEnumerable<ExtensionOffer> offers)
    {
        var text = new StringBuilder();
        foreach (var offer in offers)
        {
            text.Append(text.Length == 0 ? "" : ", ").Append(offer.Name);
            foreach (var parameter in offer.Parameters)
            {
                text.Append("; ").Append(parameter);
            }
        }

        return text.ToString();
    }

    /// <summary>Reads one header line. After a failure, the position and what was expected there say why.</summary>
    private ref struct Reader(string line)
    {
        public const string ExtensionName = "an extension name";
        private const string ParameterName = "a parameter name";
        private const string ParameterValue = "a parameter value";
        private const string AfterName = "a comma, a semicolon or an equals sign";
        private const string AfterElement = "a comma or a semicolon";
        private const string TokenInQuotes = "a token between the quotes";
        private const string ClosingQuote = "a closing quote";

        private readonly ReadOnlySpan<char> _line = line;

        public int Position { get; private set; }

        public string Expected { get; private set; } = "";

        public bool ReadLine(List<ExtensionOffer> offers)
        {
            do
            {
                SkipSpace();
                if (Position == _line.Length || _line[Position] == ',')
                {
                    continue;
                }

                if (!ReadExtension(offers))
                {
                    return false;
                }
            }
            while (Skip(','));

            return Position == _line.Length || Fail(AfterElement);
        }

        private bool ReadExtension(List<ExtensionOffer> offers)
        {
            if (!ReadToken(out var name))
            {
                return Fail(ExtensionName);
            }

            List<ExtensionParameter>? parameters = null;
            SkipSpace();
            while (Skip(';'))
            {
                if (!ReadParameter(out var parameter))
                {
                    return false;
                }

                (parameters ??= []).Add(parameter);
            }

            offers.Add(new ExtensionOffer(name, parameters ?? (IReadOnlyList<ExtensionParameter>)[]));
            return true;
        }

        /// <summary>Reads a parameter, the white space on both sides of it included.</summary>
        private bool ReadParameter(out ExtensionParameter parameter)
        {
            parameter = default;
            SkipSpace();
            if (!ReadToken(out var name))
            {
                return Fail(ParameterName);
            }

            SkipSpace();
            if (!Skip('='))
            {
                parameter = new ExtensionParameter(name, null);
                return AtEndOfParameter() || Fail(AfterName);
            }

            SkipSpace();
            if (Position < _line.Length && _line[Position] == '"')
            {
                if (!ReadQuoted(out var unescaped))
                {
                    return false;
                }

                parameter = new ExtensionParameter(name, unescaped);
            }
            else if (ReadToken(out var value))
            {
                parameter = new ExtensionParameter(name, value);
            }
            else
            {
                return Fail(ParameterValue);
            }

            SkipSpace();
            return true;
        }

        /// <summary>RFC 9110 5.6.4 unescapes; RFC 6455 9.1 then asks for a token.</summary>
        private bool ReadQuoted(out string unescaped)
        {
            unescaped = "";
            var start = ++Position;
            var text = new StringBuilder();
            while (Position < _line.Length && _line[Position] != '"')
            {
                if (_line[Position] == '\\' && ++Position == _line.Length)
                {
                    break;
                }

                text.Append(_line[Position++]);
            }

            if (!Skip('"'))
            {
                return Fail(ClosingQuote);
            }

            unescaped = text.ToString();
            if (HttpToken.IsToken(unescaped))
            {
                return true;
            }

            Position = start;
            return Fail(TokenInQuotes);
        }

        private bool ReadToken(out string token)
        {
            var length = HttpToken.LengthAtStart(_line[Position..]);
            token = _line.Slice(Position, length).ToString();
            Position += length;
            return length > 0;
        }

        private readonly bool AtEndOfParameter() => Position == _line.Length || _line[Position] is ',' or ';';

        private bool Skip(char separator)
        {
            if (Position == _line.Length || _line[Position] != separator)
            {
                return false;
            }

            Position++;
            return true;
        }

        private void SkipSpace()
        {
            while (Position < _line.Length && _line[Position] is ' ' or '\t')
            {
                Position++;
            }
        }

        private bool Fail(string expected)
        {
            Expected = expected;
            return false;
        }
    }
}
