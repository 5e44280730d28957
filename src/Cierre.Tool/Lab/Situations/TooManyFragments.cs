using Cierre.Tool.Lab.Stage;

namespace Cierre.Tool.Lab.Situations;

/// <summary>1008: a message in more fragments than the endpoint puts up with, closed in order.</summary>
internal static class TooManyFragments
{
    private const int Limit = 3;
    private static readonly CloseFrame Refusal = new(CloseCode.PolicyViolation, "message has more than 3 fragments");

    public static Situation Create() => new("1008-fragments", "a message of more fragments than allowed")
    {
        Options = options => options.MaxFragments = Limit,
        Client = ExpectedClose.ByPeer(Refusal),
        Server = ExpectedClose.ByUs(Refusal, CloseCause.PolicyViolation),
        Play = async scene =>
        {
            await using WebSocketConnection client = await scene.ConnectAsync();
            try
            {
                await using MessageStream message = await client.OpenMessageAsync(WebSocketMessageKind.Text);
                for (int i = 0; i <= Limit; i++) await message.WriteAsync("drip "u8.ToArray());
            }
            catch (WebSocketClosedException)
            {
                // The server did not wait for the end of the message.
            }

            return await client.Closed;
        },
    };
}
