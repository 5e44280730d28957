using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cierre.Closing;
using Microsoft.AspNetCore.Http;

namespace Cierre.AspNetCore.Endpoints;

/// <summary>A handler of values: each message is read as JSON; one that is not closes with 1007, in order.</summary>
internal sealed class TypedHandler<T>(Func<WebSocketConnection, T, CancellationToken, Task> handler, JsonTypeInfo<T> typeInfo)
{
    public async Task RunAsync(WebSocketConnection connection, HttpContext context, CancellationToken cancellationToken)
    {
        await foreach (WebSocketMessage message in connection.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
        {
            T? value = default;
            JsonException? wrong = null;
            try
            {
                value = message.GetJson(typeInfo);
            }
            catch (JsonException e)
            {
                wrong = e;
            }

            if (value is null)
            {
                Violation fault = Violations.JsonNotValid();
                // Where it went wrong is in our record, and not on the wire.
                connection.Driver.BeginClose(fault.Frame, fault.Why with { Exception = wrong });
                return;
            }

            await handler(connection, value, cancellationToken).ConfigureAwait(false);
        }
    }
}
