using System.Text;
using Cierre.Resuming;
using Xunit;

namespace Cierre.Tests.Resuming;

/// <summary>What differs from reading, which <see cref="ResumeControlReaderTests"/> holds beside this.</summary>
public sealed class ResumeControlWriterTests
{
    [Fact]
    public void Words_of_any_script_are_written_as_they_are() =>
        Assert.Equal("""!{"ended":{"code":4001,"reason":"sesión <cerrada> & 'vista'"}}""",
            Encoding.UTF8.GetString(ResumeControlWriter.Write(new ResumeControl.Ended(new CloseFrame(4001, "sesión <cerrada> & 'vista'"))).Span));

    [Fact]
    public void Token_and_topics_that_are_not_there_are_left_out() => Assert.Equal("""!{"resume":"t","got":1,"acked":2}""",
        Encoding.UTF8.GetString(ResumeControlWriter.Write(
            new ResumeControl.Resume("t", 1, 2, null, System.Collections.Immutable.ImmutableDictionary<string, TopicCursor>.Empty, null)).Span));
}
