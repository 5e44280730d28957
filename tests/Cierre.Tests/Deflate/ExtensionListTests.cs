using System.Text;
using Cierre.Deflate;
using CsCheck;
using Xunit;

namespace Cierre.Tests.Deflate;

public sealed class ExtensionListTests
{
    private const string TokenCharacters = "abcxyzABCXYZ0189!#$%&'*+-.^_`|~";

    private static readonly Gen<string> Token = Gen.Char[TokenCharacters].Array[1, 8].Select(characters => new string(characters));

    private static readonly Gen<ExtensionParameter> Parameter =
        Gen.Select(Token, Gen.OneOf(Token, Gen.Const((string?)null)!)).Select((name, value) => new ExtensionParameter(name, value));

    private static readonly Gen<ExtensionOffer[]> Offers =
        Gen.Select(Token, Parameter.Array[0, 4]).Select((name, parameters) => new ExtensionOffer(name, parameters)).Array[1, 5];

    [Theory]
    [InlineData("foo", "foo")]
    [InlineData("foo,bar", "foo, bar")]
    [InlineData("permessage-deflate; client_max_window_bits", "permessage-deflate; client_max_window_bits")]
    [InlineData("foo;x=10;y", "foo; x=10; y")]
    [InlineData("foo; x=\"10\"", "foo; x=10")]
    [InlineData("foo; x=\"1\\0\"", "foo; x=10")]
    [InlineData("\t foo ;\tx = 10 , bar ", "foo; x=10, bar")]
    [InlineData("foo; x = \"10\" ; y , bar", "foo; x=10; y, bar")]
    [InlineData(",, foo, ,bar,", "foo, bar")]
    [InlineData("foo, foo; x; x=1", "foo, foo; x; x=1")]
    public void A_list_is_read_and_written_in_its_normal_form(string value, string normal)
    {
        Assert.True(ExtensionList.TryParse([value], out var offers, out var error), error);
        Assert.Equal(normal, ExtensionList.Format(offers));
    }

    [Fact]
    public void Names_and_parameters_are_told_apart()
    {
        Assert.True(ExtensionList.TryParse(["foo; a; b=\"c\", bar"], out var offers, out _));
        Assert.Equal(["foo", "bar"], offers.Select(offer => offer.Name));
        Assert.Equal([new("a", null), new("b", "c")], offers[0].Parameters);
        Assert.Empty(offers[1].Parameters);
    }

    [Fact]
    public void A_list_may_be_split_over_lines()
    {
        Assert.True(ExtensionList.TryParse(["foo; x", "", "bar, baz"], out var offers, out _));
        Assert.Equal("foo; x, bar, baz", ExtensionList.Format(offers));
    }

    [Fact]
    public void No_header_is_an_empty_list()
    {
        Assert.True(ExtensionList.TryParse([], out var offers, out _));
        Assert.Empty(offers);
        Assert.Equal("", ExtensionList.Format(offers));
    }

    [Theory]
    [InlineData("", "line 1, character 1: an extension name was expected")]
    [InlineData(" , ", "line 1, character 4: an extension name was expected")]
    [InlineData("; x", "line 1, character 1: an extension name was expected")]
    [InlineData("foo, =", "line 1, character 6: an extension name was expected")]
    [InlineData("\"foo\"", "line 1, character 1: an extension name was expected")]
    [InlineData("foo bar", "line 1, character 5: a comma or a semicolon was expected")]
    [InlineData("foo=bar", "line 1, character 4: a comma or a semicolon was expected")]
    [InlineData("foo;", "line 1, character 5: a parameter name was expected")]
    [InlineData("foo;;x", "line 1, character 5: a parameter name was expected")]
    [InlineData("foo; =1", "line 1, character 6: a parameter name was expected")]
    [InlineData("foo; x=", "line 1, character 8: a parameter value was expected")]
    [InlineData("foo; x=,bar", "line 1, character 8: a parameter value was expected")]
    [InlineData("foo; x y", "line 1, character 8: a comma, a semicolon or an equals sign was expected")]
    [InlineData("foo; x=1 y", "line 1, character 10: a comma or a semicolon was expected")]
    [InlineData("foo; x=1=2", "line 1, character 9: a comma or a semicolon was expected")]
    [InlineData("foo; x=\"1", "line 1, character 10: a closing quote was expected")]
    [InlineData("foo; x=\"1\\", "line 1, character 11: a closing quote was expected")]
    [InlineData("foo; x=\"1\\\"", "line 1, character 12: a closing quote was expected")]
    [InlineData("foo; x=\"\"", "line 1, character 9: a token between the quotes was expected")]
    [InlineData("foo; x=\"1 2\"", "line 1, character 9: a token between the quotes was expected")]
    [InlineData("foo; x=\"1\"2", "line 1, character 11: a comma or a semicolon was expected")]
    [InlineData("f\u00f6o", "line 1, character 2: a comma or a semicolon was expected")]
    public void A_malformed_list_is_refused_with_the_place_and_what_was_expected_there(string value, string expected)
    {
        Assert.False(ExtensionList.TryParse([value], out var offers, out var error));
        Assert.Empty(offers);
        Assert.Equal(expected, error);
    }

    [Fact]
    public void A_fault_names_its_line()
    {
        var fault = ExtensionList.Parse(["foo", "bar; "], out _);

        Assert.Equal(new ExtensionListFault(2, 6, "bar; ", "a parameter name"), fault);
    }

    [Fact]
    public void What_is_formatted_is_read_back_unchanged() => Offers.Sample(offers =>
    {
        var text = ExtensionList.Format(offers);

        Assert.True(ExtensionList.TryParse([text], out var read, out var error), error);
        AssertSame(offers, read);
        Assert.Equal(text, ExtensionList.Format(read));
    });

    [Fact]
    public void Any_way_of_writing_a_list_is_read_as_the_same_list() => Gen.Select(Offers, Gen.Int).Sample((offers, seed) =>
    {
        var lines = WriteSomehow(offers, new Random(seed));

        Assert.True(ExtensionList.TryParse(lines, out var read, out var error), error);
        AssertSame(offers, read);
    });

    [Fact]
    public void Whatever_comes_is_read_or_refused_within_the_line() => Gen.Char["a=;,\"\\ \t\u00e9"].Array[0, 20].Sample(characters =>
    {
        var value = new string(characters);

        if (ExtensionList.Parse([value], out var offers) is { } fault)
        {
            Assert.InRange(fault.Character, 1, value.Length + 1);
            return;
        }

        Assert.Null(ExtensionList.Parse([ExtensionList.Format(offers)], out var again));
        AssertSame(offers, again);
    });

    private static List<string> WriteSomehow(ExtensionOffer[] offers, Random random)
    {
        var lines = new List<string>();
        var line = new StringBuilder();
        foreach (var offer in offers)
        {
            line.Append(Space()).Append(offer.Name);
            foreach (var (name, value) in offer.Parameters)
            {
                line.Append(Space()).Append(';').Append(Space()).Append(name);
                if (value is not null)
                {
                    line.Append(Space()).Append('=').Append(Space()).Append(Value(value));
                }
            }

            line.Append(Space());
            if (random.Next(3) == 0)
            {
                lines.Add(line.ToString());
                line.Clear();
            }
            else
            {
                line.Append(',').Append(random.Next(4) == 0 ? " ," : "");
            }
        }

        lines.Add(line.ToString());
        return lines;

        string Space() => random.Next(4) switch { 0 => " ", 1 => "\t ", _ => "" };

        string Value(string value) => random.Next(2) == 0
            ? value
            : $"\"{string.Concat(value.Select(character => (random.Next(3) == 0 ? "\\" : "") + character))}\"";
    }

    private static void AssertSame(IReadOnlyList<ExtensionOffer> expected, IReadOnlyList<ExtensionOffer> actual)
    {
        Assert.Equal(expected.Select(offer => offer.Name), actual.Select(offer => offer.Name));
        Assert.Equal(expected.Select(offer => offer.Parameters), actual.Select(offer => offer.Parameters));
    }
}
