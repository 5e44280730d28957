using Cierre.Opening;
using Xunit;

namespace Cierre.Tests.Opening;

public sealed class SubprotocolsTests
{
    [Theory]
    [InlineData("chat", true)]
    [InlineData("v2.chat~example", true)]
    [InlineData("", false)]
    [InlineData("a b", false)]
    [InlineData("a,b", false)]
    [InlineData("a/b", false)]
    [InlineData("ch\u00e4t", false)]
    public void A_subprotocol_is_a_token(string name, bool isToken) => Assert.Equal(isToken, Subprotocols.IsToken(name));

    [Fact]
    public void A_list_is_read_from_all_header_lines_in_order()
    {
        Assert.True(Subprotocols.TryParse(["chat, superchat", ",other"], out var names, out _));
        Assert.Equal(["chat", "superchat", "other"], names);
    }

    [Fact]
    public void No_header_is_an_empty_list()
    {
        Assert.True(Subprotocols.TryParse([], out var names, out _));
        Assert.Empty(names);
    }

    [Theory]
    [InlineData("", "it names no subprotocol")]
    [InlineData(" , ", "it names no subprotocol")]
    [InlineData("chat, a b", "\"a b\" is not a token")]
    [InlineData("\"chat\"", "\"\"chat\"\" is not a token")]
    [InlineData("ch\u00e4t", "\"ch\\u00E4t\" is not a token")]
    public void A_malformed_list_is_refused_by_name(string value, string expected)
    {
        Assert.False(Subprotocols.TryParse([value], out var names, out var error));
        Assert.Empty(names);
        Assert.Equal(expected, error);
    }

    [Theory]
    [InlineData("a", null)]
    [InlineData("a,A", null)]
    [InlineData("a,b,b,a", "b")]
    public void The_first_repeated_name_is_found_with_regard_to_case(string names, string? repeated) =>
        Assert.Equal(repeated, Subprotocols.FirstRepeated(names.Split(',')));

    [Fact]
    public void Distinct_tokens_are_valid()
    {
        Subprotocols.Validate([]);
        Subprotocols.Validate(["chat", "Chat", "v2.chat"]);
    }

    [Fact]
    public void An_empty_subprotocol_is_invalid() => ShouldBeInvalid([""], "A subprotocol is empty; leave it out instead.");

    [Fact]
    public void A_subprotocol_that_is_not_a_token_is_invalid() => ShouldBeInvalid(
        ["chat", "a b"],
        "The subprotocol \"a b\" is not a token: only ASCII letters, digits and !#$%&'*+-.^_`|~ are allowed (RFC 9110 5.6.2).");

    [Fact]
    public void A_repeated_subprotocol_is_invalid() => ShouldBeInvalid(["a", "b", "a"], "The subprotocol \"a\" is given more than once.");

    [Theory]
    [InlineData("a,b", "b,a", "b")]
    [InlineData("a,b", "c,a", "a")]
    [InlineData("a,b", "c", null)]
    [InlineData("a", "A", null)]
    public void The_server_s_order_of_preference_decides(string offered, string supported, string? chosen) =>
        Assert.Equal(chosen, Subprotocols.Choose(offered.Split(','), supported.Split(',')));

    [Fact]
    public void Where_one_side_names_none_none_is_chosen()
    {
        Assert.Null(Subprotocols.Choose([], ["a"]));
        Assert.Null(Subprotocols.Choose(["a"], []));
    }

    private static void ShouldBeInvalid(string[] subprotocols, string message)
    {
        var exception = Assert.Throws<ArgumentException>(nameof(subprotocols), () => Subprotocols.Validate(subprotocols));
        Assert.StartsWith(message, exception.Message, StringComparison.Ordinal);
    }
}
