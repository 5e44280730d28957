using Cierre.Tool.Lab.Runs;

namespace Cierre.Tool.Lab.Situations;

/// <summary>1008: more messages in a second than the endpoint takes.</summary>
internal static class TooFast
{
    private static readonly CloseFrame Policy = new(CloseCodes.PolicyViolation, "messages come faster than 3 per second");

    public static Situation Create() => new("1008-too-fast", "many messages at once, at an endpoint that takes three in a second")
    {
        Options = options => options.MaxMessagesPerSecond = 3,
        InPage = PageRole.AsAnyClient.In(BrowserKind.Chromium, Quirk.CleanOrNot("unsent-is-unclean")),
        Client = ExpectedClose.ByPeer(Policy),
        Server = ExpectedClose.ByUs(Policy, CloseCause.PolicyViolation) with { Detail = Policy.Reason },
        Play = async run =>
        {
            await using LabClient client = await run.ConnectAsync();
            await FloodAsync(client);
            return await client.Closed;
        },
    };

    /// <summary>Far more than the rate, so that it is too much on a slow machine too.</summary>
    private static async Task FloodAsync(LabClient client)
    {
        try
        {
            for (int i = 0; i < 50; i++) await client.SendAsync("again");
        }
        catch (WebSocketClosedException)
        {
            // The close was faster than the rest.
        }
    }
}
