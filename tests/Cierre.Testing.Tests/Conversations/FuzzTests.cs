extern alias Fuzz;
using Fuzz::Cierre.Fuzz;

namespace Cierre.Testing.Tests.Conversations;

/// <summary>A short run of each target of the fuzzer, always the same inputs; fuzz/Cierre.Fuzz runs as many more as there is time for.</summary>
public sealed class FuzzTests
{
    [Theory]
    [InlineData("engine", 20_000, "1000", "1006")]
    [InlineData("inflater", 5_000, "whole", "DeflateNotValid", "InflatedTooBig")]
    [InlineData("connection", 2_000, "1000", "1006")]
    [InlineData("opening", 20_000, "opened", "HasContent", "HttpVersion10", "ExtensionsMalformed")]
    [InlineData("handshake", 2_000, "101", "200", "400", "403", "405", "426")]
    public void Inputs_of_one_seed_break_no_rule(string name, int inputs, params string[] ends)
    {
        var target = Target.Of(name);
        var seen = new HashSet<string>();
        for (int number = 0; number < inputs; number++)
        {
            try
            {
                seen.Add(target.Run(Dice.For(1, number), number).What);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"input {number} of seed 1, target {name}: {Convert.ToHexString(target.Input)}", e);
            }
        }

        // It comes to the ends that it should try.
        Assert.Superset(ends.ToHashSet(), seen);
    }
}
