using Cierre.Closing;

namespace Cierre.Tests.Closing;

public class CloseStepTests
{
    private static readonly CloseFrame Frame = new(1000);

    [Fact]
    public void Request_writes_behind_what_is_queued_and_does_not_finish()
    {
        CloseStep step = CloseStep.WriteBehind(Frame);
        Assert.Equal((Frame, false, false, false), (step.Write, step.AtOnce, step.Finish, step.Drop));
    }

    [Fact]
    public void Answer_writes_at_once_and_finishes()
    {
        CloseStep step = CloseStep.WriteAndFinish(Frame);
        Assert.Equal((Frame, true, true, false), (step.Write, step.AtOnce, step.Finish, step.Drop));
    }

    [Fact]
    public void No_move_does_nothing() => Assert.Equal(default, CloseStep.Nothing);
}
