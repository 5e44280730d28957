using Xunit;

namespace Cierre.AspNetCore.Tests;

public sealed class OpenConnectionExtensionsTests
{
    private static readonly OpenConnection[] Nobody = [];

    [Fact]
    public async Task Every_form_of_a_broadcast_hands_its_options_on()
    {
        byte[] data = "text"u8.ToArray();
        Func<WebSocketSendOptions, ValueTask<BroadcastResult>>[] forms =
        [
            options => Nobody.BroadcastAsync("text", options),
            options => Nobody.BroadcastAsync(data, options),
            options => Nobody.BroadcastTextAsync(data, options),
            options => Nobody.BroadcastAsync(new WebSocketMessage(WebSocketMessageKind.Text, data), options),
            options => Nobody.BroadcastAsync(WebSocketMessageKind.Text, data, options),
        ];
        foreach (Func<WebSocketSendOptions, ValueTask<BroadcastResult>> form in forms)
        {
            Assert.Equal(default, await form(WebSocketSendOptions.DisableCompression));
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>("options", async () => await form((WebSocketSendOptions)2));
        }
    }
}
