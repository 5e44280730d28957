using System.Text;
using Cierre.Closing;
using Cierre.Resuming;
using Xunit;

namespace Cierre.Tests.Resuming;

public sealed class ResumeGreetingTests
{
    [Fact]
    public void First_message_is_a_hello_or_a_resume()
    {
        Assert.IsType<ResumeControl.Hello>(Read("""!{"hello":1}"""));
        Assert.IsType<ResumeControl.Resume>(Read("""!{"resume":"t","got":0,"acked":0}"""));
    }

    [Theory]
    [InlineData("", nameof(Violations.ResumeMessageEmpty))]
    [InlineData("hello", nameof(Violations.ResumeMarkUnknown))]
    [InlineData("=hello", nameof(Violations.ResumeBeforeHello))]
    [InlineData("+0", nameof(Violations.ResumeBeforeHello))]
    [InlineData("?", nameof(Violations.ResumeBeforeHello))]
    [InlineData("#1.1.0000 x", nameof(Violations.ResumeBeforeHello))]
    [InlineData("!", nameof(Violations.ResumeControlNotObject))]
    public void Anything_else_is_a_violation(string message, string row) =>
        Assert.Equal(row, ResumeGreeting.Read(WebSocketOpcode.Text, Encoding.UTF8.GetBytes(message), out _)?.Reason.Key);

    [Fact]
    public void Control_is_text_and_short()
    {
        Assert.Equal(Violations.ResumeControlNotText(), ResumeGreeting.Read(WebSocketOpcode.Binary, "!{}"u8.ToArray(), out _));
        byte[] longer = new byte[ResumeControl.MaxSize + 1];
        longer[0] = (byte)'!';
        Assert.Equal(Violations.ResumeControlTooLong(ResumeControl.MaxSize), ResumeGreeting.Read(WebSocketOpcode.Text, longer, out _));
    }

    private static ResumeControl Read(string message)
    {
        Assert.Null(ResumeGreeting.Read(WebSocketOpcode.Text, Encoding.UTF8.GetBytes(message), out ResumeControl? control));
        return control!;
    }
}
