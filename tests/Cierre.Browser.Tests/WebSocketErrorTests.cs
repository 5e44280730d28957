using Xunit;

namespace Cierre.Browser.Tests;

/// <summary>WHATWG WebSockets, the constructor of WebSocketError.</summary>
public sealed class WebSocketErrorTests
{
    [Fact]
    public void Error_without_arguments_is_empty()
    {
        var error = new WebSocketError();
        Assert.Equal(("", "WebSocketError", (ushort)0), (error.Message, error.Name, error.Code));
        Assert.Equal((null, "", null), (error.CloseCode, error.Reason, error.Record));
        Assert.IsAssignableFrom<DomException>(error);
    }

    [Fact]
    public void Message_code_and_reason_are_kept()
    {
        var error = new WebSocketError("gone", new() { CloseCode = 4001, Reason = "bye" });
        Assert.Equal(("gone", (ushort?)4001, "bye"), (error.Message, error.CloseCode, error.Reason));
    }

    [Theory]
    [InlineData(null, "", null)]
    [InlineData(null, "x", 1000)]
    [InlineData(1000, "", 1000)]
    [InlineData(3000, "", 3000)]
    [InlineData(4999, "x", 4999)]
    public void Reason_alone_means_1000(int? code, string reason, int? expected) =>
        Assert.Equal(expected, new WebSocketError("", new() { CloseCode = (ushort?)code, Reason = reason }).CloseCode);

    [Theory]
    [InlineData(0)]
    [InlineData(999)]
    [InlineData(1001)]
    [InlineData(1005)]
    [InlineData(1006)]
    [InlineData(2999)]
    [InlineData(5000)]
    public void Code_that_an_application_may_not_send_is_an_InvalidAccessError_before_the_reason_is_looked_at(int code) =>
        StreamRig.Throws("InvalidAccessError", () => _ = new WebSocketError("", new() { CloseCode = (ushort)code, Reason = new string('x', 124) }));

    [Fact]
    public void Reason_has_room_for_123_bytes_of_UTF_8()
    {
        Assert.Equal(123, new WebSocketError("", new() { Reason = new string('x', 123) }).Reason.Length);
        StreamRig.Throws("SyntaxError", () => _ = new WebSocketError("", new() { Reason = new string('x', 124) }));
        StreamRig.Throws("SyntaxError", () => _ = new WebSocketError("", new() { CloseCode = 4000, Reason = new string('é', 62) }));
    }

    [Fact]
    public void Lone_surrogate_becomes_a_replacement_character() =>
        Assert.Equal("a\uFFFD", new WebSocketError("", new() { Reason = "a\uD800" }).Reason);

    [Fact]
    public void Error_of_a_stream_carries_any_code_with_the_record_and_its_exception()
    {
        CloseRecord record = new() { Reason = "r" };
        WebSocketError unclean = WebSocketError.Unclean(record);
        Assert.Equal(((ushort?)1006, "r"), (unclean.CloseCode, unclean.Reason));
        Assert.Same(record, unclean.Record);
        Assert.Contains("1006", unclean.Message, StringComparison.Ordinal);
        WebSocketError never = WebSocketError.NeverOpened(record);
        Assert.Null(never.CloseCode);
        Assert.Same(record, never.Record);
        Assert.Contains(record.Detail, never.Message, StringComparison.Ordinal);
    }
}
