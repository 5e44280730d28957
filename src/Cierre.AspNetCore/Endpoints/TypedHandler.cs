using System.Text.Json.Serialization.Metadata;
using Cierre.Closing;
using Cierre.Connections;
using Microsoft.AspNetCore.Http;

namespace Cierre.AspNetCore.Endpoints;

/// <summary>A handler of values: each message is read as JSON; one that is not, or is null, closes with 1007, in order.</summary>
internal sealed class TypedHandler<T>(Func<WebSocketConnection, T, CancellationToken, Task> handler, JsonTypeInfo<T> typeInfo)
{
    public async Task RunAsync(WebSocketConnection connection, HttpContext context, CancellationToken cancellationToken)
    {
        await foreach (WebSocketMessage message in connection.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
        {
            if (message.GetJson(typeInfo) is not { } value)
            {
                ConnectionControl.Of(connection).Close(Violations.JsonNotValid());
                return;
            }

            await handler(connection, value, cancellationToken).ConfigureAwait(false);
        }
    }
}
