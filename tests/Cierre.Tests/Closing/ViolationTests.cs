using Cierre.Closing;
using Xunit;

namespace Cierre.Tests.Closing;

public class ViolationTests
{
    [Fact]
    public void Frame_and_detail_say_the_same_sentence()
    {
        Violation violation = Violations.FrameMasked();
        Assert.Equal(new CloseFrame(1002, "frame from a server is masked"), violation.Frame);
        Assert.Equal(violation.Frame.Reason, violation.Why.Detail.English);
        Assert.Equal(CloseCause.ProtocolViolation, violation.Why.Cause);
    }

    [Fact]
    public void Same_rule_with_the_same_numbers_is_the_same_violation() => Assert.Equal(Violations.ReservedBit(1), Violations.ReservedBit(1));
}
