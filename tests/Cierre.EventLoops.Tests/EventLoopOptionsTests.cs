using Xunit;

namespace Cierre.EventLoops.Tests;

public sealed class EventLoopOptionsTests
{
    [Fact]
    public void Default_number_of_loops_leaves_threads_for_handlers_that_block_however_many_processors_there_are()
    {
        Assert.Equal(1, new EventLoopOptions { MaxThreads = 2 }.Loops);
        Assert.InRange(new EventLoopOptions().Loops, 1, 128);
    }

    [Fact]
    public void Defaults_are_one_loop_for_each_processor_and_20_ms()
    {
        var options = new EventLoopOptions();
        Assert.Equal((Environment.ProcessorCount, 256, 20.0, 10.0),
            (options.Loops, options.MaxThreads, options.BlockingThreshold.TotalMilliseconds, options.BlockingPause.TotalSeconds));
        Assert.True(new EventLoopOptionsValidation().Validate(null, options).Succeeded);
    }

    [Fact]
    public void Value_out_of_range_is_refused_where_it_is_set()
    {
        var options = new EventLoopOptions();
        Refuses("LoopCount", () => options.LoopCount = 0);
        Refuses("LoopCount", () => options.LoopCount = 1025);
        Refuses("MaxThreads", () => options.MaxThreads = 1);
        Refuses("MaxThreads", () => options.MaxThreads = 4097);
        Refuses("BlockingThreshold", () => options.BlockingThreshold = TimeSpan.FromMilliseconds(4));
        Refuses("BlockingThreshold", () => options.BlockingThreshold = TimeSpan.FromSeconds(11));
        Refuses("BlockingPause", () => options.BlockingPause = TimeSpan.FromMilliseconds(-1));
        Refuses("BlockingPause", () => options.BlockingPause = TimeSpan.FromHours(2));
        options.LoopCount = null;
        Assert.Equal(Environment.ProcessorCount, options.Loops);
    }

    [Fact]
    public void Fewer_threads_than_loops_and_one_are_refused_with_both_numbers()
    {
        var result = new EventLoopOptionsValidation().Validate(null, new EventLoopOptions { LoopCount = 4, MaxThreads = 4 });
        Assert.True(result.Failed);
        Assert.Contains("MaxThreads (4) is not more than there are loops (4)", result.FailureMessage, StringComparison.Ordinal);
    }

    private static void Refuses(string name, Action set) => Assert.Equal(name, Assert.Throws<ArgumentOutOfRangeException>(set).ParamName);
}
