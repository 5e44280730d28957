using System.Net.WebSockets;
using Cierre.SystemNet;
using Xunit;

namespace Cierre.Tests.SystemNet;

public sealed class MisuseTests
{
    [Theory]
    [InlineData(WebSocketCloseStatus.NormalClosure, null, 1000, "")]
    [InlineData(WebSocketCloseStatus.InternalServerError, "why", 1011, "why")]
    [InlineData((WebSocketCloseStatus)4400, "", 4400, "")]
    [InlineData(WebSocketCloseStatus.Empty, null, 1005, "")]
    [InlineData(WebSocketCloseStatus.Empty, "", 1005, "")]
    public void Close_is_the_frame_that_is_meant(WebSocketCloseStatus status, string? description, ushort code, string reason) =>
        Assert.Equal(new CloseFrame(code, reason), Misuse.CheckClose(status, description, WebSocketRole.Server));

    [Theory]
    [InlineData(WebSocketCloseStatus.Empty, "text")]
    [InlineData((WebSocketCloseStatus)0, null)]
    [InlineData((WebSocketCloseStatus)999, null)]
    [InlineData((WebSocketCloseStatus)1004, null)]
    [InlineData((WebSocketCloseStatus)1006, null)]
    [InlineData((WebSocketCloseStatus)1015, null)]
    [InlineData((WebSocketCloseStatus)2999, null)]
    [InlineData((WebSocketCloseStatus)5000, null)]
    [InlineData((WebSocketCloseStatus)66536, null)]
    [InlineData((WebSocketCloseStatus)(-1), null)]
    public void Close_that_no_frame_may_say_is_refused(WebSocketCloseStatus status, string? description) =>
        Assert.Throws<ArgumentException>(() => Misuse.CheckClose(status, description, WebSocketRole.Server));

    [Fact]
    public void Description_has_room_for_123_bytes()
    {
        Assert.Equal(123, Misuse.CheckClose(WebSocketCloseStatus.NormalClosure, new string('a', 123), WebSocketRole.Client).Reason.Length);
        Assert.Throws<ArgumentException>(() => Misuse.CheckClose(WebSocketCloseStatus.NormalClosure, new string('a', 122) + "ñ", WebSocketRole.Client));
    }

    [Fact]
    public void Extension_code_is_a_client_s()
    {
        Assert.Equal(1010, Misuse.CheckClose(WebSocketCloseStatus.MandatoryExtension, null, WebSocketRole.Client).Code);
        Assert.Throws<ArgumentException>(() => Misuse.CheckClose(WebSocketCloseStatus.MandatoryExtension, null, WebSocketRole.Server));
    }

    [Theory]
    [InlineData(1010, WebSocketRole.Server)]
    [InlineData(1010, WebSocketRole.Client)]
    [InlineData(1012, WebSocketRole.Client)]
    public void Code_that_came_may_be_answered_with_itself(ushort code, WebSocketRole role)
    {
        var received = new CloseFrame(code, "why");
        Assert.Equal(received, Misuse.CheckClose((WebSocketCloseStatus)code, "why", role, received));
        Assert.Throws<ArgumentException>(() => Misuse.CheckClose((WebSocketCloseStatus)code, new string('a', 124), role, received));
        Assert.Throws<ArgumentException>(() => Misuse.CheckClose((WebSocketCloseStatus)1006, "why", role, received));
    }

    [Fact]
    public void Message_is_text_or_binary()
    {
        Misuse.CheckType(WebSocketMessageType.Text, "type");
        Misuse.CheckType(WebSocketMessageType.Binary, "type");
        Assert.Throws<ArgumentException>("type", () => Misuse.CheckType(WebSocketMessageType.Close, "type"));
        Assert.Throws<ArgumentException>("type", () => Misuse.CheckType((WebSocketMessageType)7, "type"));
    }

    [Fact]
    public void Segment_needs_an_array()
    {
        Misuse.CheckSegment(new ArraySegment<byte>([]), "buffer");
        Assert.Throws<ArgumentNullException>("buffer", () => Misuse.CheckSegment(default, "buffer"));
    }

    [Fact]
    public void Errors_are_those_that_callers_of_the_framework_s_class_look_for()
    {
        Assert.Equal(WebSocketError.InvalidState, Misuse.InvalidState(WebSocketState.Closed, WebSocketState.Open).WebSocketErrorCode);
        Assert.Contains("Closed", Misuse.InvalidState(WebSocketState.Closed, WebSocketState.Open).Message, StringComparison.Ordinal);
        Assert.Equal(WebSocketError.ConnectionClosedPrematurely, Misuse.Ended(null).WebSocketErrorCode);
        Assert.NotNull(Misuse.Ended(null).InnerException);
    }
}
