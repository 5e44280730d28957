using Cierre.Tool.Lab.Runs;

namespace Cierre.Tool.Lab.Situations;

/// <summary>1008: a message in more fragments than the endpoint puts up with, closed in order.</summary>
internal static class TooManyFragments
{
    private const int Limit = 3;
    private static readonly CloseFrame Refusal = new(CloseCodes.PolicyViolation, "message has more than 3 fragments");

    public static Situation Create() => new("1008-fragments", "a message of more fragments than allowed")
    {
        Options = options => options.MaxFragments = Limit,
        InPage = PageRole.Unable("no-fragments"),
        Client = ExpectedClose.ByPeer(Refusal),
        Server = ExpectedClose.ByUs(Refusal, CloseCause.PolicyViolation),
        Play = async run =>
        {
            await using LabClient client = await run.ConnectAsync();
            await client.SendInPartsAsync(Limit + 1, isFinished: true);
            return await client.Closed;
        },
    };
}
