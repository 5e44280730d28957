using Microsoft.Extensions.DependencyInjection;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Cierre.AspNetCore.Tests;

/// <summary>A value that an option does not take fails the start, and the option is named.</summary>
internal static class WrongConfiguration
{
    public static async Task FailsTheStartAsync(string option, string value, string? named = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration[$"Cierre:{option}"] = value;
        builder.Services.AddCierre();
        await using WebApplication app = builder.Build();
        Exception wrong = (await Record.ExceptionAsync(() => app.StartAsync(TestContext.Current.CancellationToken)))!;
        Assert.NotNull(wrong);
        Assert.Contains(named ?? option.Split(':')[^1], wrong.ToString().Split("   at ")[0], StringComparison.Ordinal);
    }
}
