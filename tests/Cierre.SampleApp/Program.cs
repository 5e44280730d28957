using Cierre;
using Cierre.AspNetCore;
using Cierre.SampleApp;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

var builder = WebApplication.CreateBuilder(args);
builder.Logging.ClearProviders();
builder.Services.AddCierre();
builder.Services.AddAuthentication("token").AddScheme<AuthenticationSchemeOptions, TokenAuthentication>("token", null);
builder.Services.AddAuthorization();
var app = builder.Build();
app.UseAuthentication();
app.UseAuthorization();

app.MapWebSocket("/echo", async connection =>
{
    await foreach (WebSocketMessage message in connection.ReadAllAsync()) await connection.SendAsync(message);
});

app.MapWebSocket("/private", async (WebSocketConnection connection, Microsoft.AspNetCore.Http.HttpContext context) =>
{
    await connection.SendAsync($"welcome, {context.User.Identity!.Name}");
    await foreach (WebSocketMessage message in connection.ReadAllAsync())
    {
        if (message.GetText() == "leave") await connection.CloseAsync(4001, "as you wish");
        if (message.GetText() == "fail") throw new InvalidOperationException("not for the peer");
        if (message.GetText() == "abort") connection.Abort();
    }
}).RequireAuthorization();

app.Run();
